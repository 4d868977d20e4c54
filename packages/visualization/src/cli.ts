#!/usr/bin/env node
import { isEspalierError } from '@espalier/core';
import { processHost, runCli } from './cli/run-cli.js';

runCli(process.argv.slice(2), processHost()).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.stderr.write(`${isEspalierError(error) ? error.message : String((error as Error).stack)}\n`);
    process.exitCode = 1;
  },
);
