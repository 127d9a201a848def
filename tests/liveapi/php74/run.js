// Runs PHP code in PHP 7.4, compiled to WebAssembly.
//
//     node run.js CODE [PLACE=FILE…]
//
// puts each FILE at PLACE in PHP's own file system and runs CODE there. Prints what it printed;
// ends with its exit status.

import { readFileSync } from "node:fs";
import { dirname } from "node:path/posix";

import { getPHPLoaderModule } from "@php-wasm/node-7-4";
import { PHP, loadPHPRuntime } from "@php-wasm/universal";

const [code, ...files] = process.argv.slice(2);
const php = new PHP(await loadPHPRuntime(await getPHPLoaderModule()));
for (const pair of files) {
  const [place, file] = pair.split("=", 2);
  php.mkdir(dirname(place));
  php.writeFile(place, readFileSync(file));
}
const answer = await php.run({ code });
process.stdout.write(answer.text);
process.stderr.write(answer.errors);
process.exit(answer.exitCode);
