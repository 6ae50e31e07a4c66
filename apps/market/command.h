/* market/command.h - `market import` and `market status`, from the command line. */
#ifndef MARKET_COMMAND_H
#define MARKET_COMMAND_H

#include <stdio.h>

/* Exit codes of the program. */
enum { MARKET_EXIT_OK = 0, MARKET_EXIT_FAILED = 1, MARKET_EXIT_USAGE = 2 };

/* Where the store is unless --store says otherwise: MARKET_STORE, or market.db. */
const char *market_command_store(void);

/* argv[0] is "import".  Imports each file; goes on after one that fails.  MARKET_EXIT_OK if all
 * were imported, even if rows were refused. */
int market_command_import(int argc, char **argv, FILE *out, FILE *err);

/* argv[0] is "status".  Lists what the store has. */
int market_command_status(int argc, char **argv, FILE *out, FILE *err);

#endif
