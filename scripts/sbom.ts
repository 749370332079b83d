// The bill of materials of the binaries and images, as CycloneDX has it.
import { Enums, Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library';
import packageJson from '../package.json' with { type: 'json' };
import type { Package } from './lockfile.ts';

const spec = Spec.Spec1dot6;

/** Returns the document: the product, the runtime inside its binaries, and every package that runs in production. */
export function writeSbom(packages: Package[]): string {
  const bom = new Models.Bom();
  const { name, version, license } = packageJson;
  const product = new Models.Component(Enums.ComponentType.Application, name, {
    version,
    bomRef: `${name}@${version}`,
  });
  product.licenses.add(new Models.LicenseExpression(license));
  bom.metadata.component = product;

  const components = new Map(packages.map((one) => [idOf(one), componentOf(one)]));
  const bun = new Models.Component(Enums.ComponentType.Platform, 'bun', {
    version: packageJson.devDependencies.bun,
    bomRef: `bun@${packageJson.devDependencies.bun}`,
    purl: purlOf('bun', packageJson.devDependencies.bun),
  });
  bun.licenses.add(new Models.LicenseExpression('MIT'));
  for (const component of [bun, ...components.values()]) {
    bom.components.add(component);
    const isDirect = component === bun || component.name in packageJson.dependencies;
    if (isDirect) product.dependencies.add(component.bomRef);
  }
  for (const one of packages) {
    for (const used of one.uses) components.get(idOf(one))!.dependencies.add(components.get(used)!.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(spec));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** Returns what is wrong with a document by CycloneDX's schema; null when nothing is. */
export const sbomProblems = (text: string) => new Validation.JsonStrictValidator(spec.version).validate(text);

const idOf = ({ name, version }: Pick<Package, 'name' | 'version'>) => `${name}@${version}`;
const purlOf = (name: string, version: string) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

function componentOf({ name, version, sha512, license }: Package): Models.Component {
  const component = new Models.Component(Enums.ComponentType.Library, name, {
    version,
    bomRef: idOf({ name, version }),
    purl: purlOf(name, version),
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-512'], sha512]]),
  });
  if (license) component.licenses.add(new Models.LicenseExpression(license));
  return component;
}
