#!/usr/bin/env node
import { endWith, processHost } from '@espalier/core/internal';
import { runCli } from './cli/run-cli.js';

endWith(runCli(process.argv.slice(2), processHost()));
