#!/usr/bin/env node
import { endWith } from '@espalier/core/internal';
import { ownHost, runCli } from './cli/run-cli.js';

endWith(runCli(process.argv.slice(2), ownHost()));
