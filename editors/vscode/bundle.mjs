// Bundles the extension into dist/, with the licences of the packages it takes in.
import { build } from 'esbuild';
import { readdir, readFile, writeFile } from 'node:fs/promises';

const { metafile } = await build({
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  minify: true,
  metafile: true,
});

const packages = new Set(
  Object.keys(metafile.inputs)
    .map((file) => file.match(/.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0])
    .filter((folder) => folder !== undefined),
);
const notices = [];
for (const folder of [...packages].sort()) {
  const { name, version } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  const licence = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
  if (!licence) throw new Error(`${folder} has no licence file`);
  notices.push(`${name} ${version}\n\n${await readFile(`${folder}/${licence}`, 'utf8')}`);
}
await writeFile('dist/ThirdPartyNotices.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));
