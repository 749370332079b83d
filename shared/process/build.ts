import packageJson from '../../package.json' with { type: 'json' };

/** The release of this build. */
export const release = packageJson.version;

/** The commit that a binary was built from; the build puts it in place of `process.env.BUILD_REVISION`. */
export const revision = () => process.env.BUILD_REVISION || 'unbuilt';
