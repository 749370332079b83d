import packageJson from '../../package.json' with { type: 'json' };

/** The release that this is a build of. */
export const release = packageJson.version;

/** The commit that a binary was built from; the build puts it in place of `process.env.BUILD_REVISION`. */
export const revision = () => process.env.BUILD_REVISION || 'unbuilt';
