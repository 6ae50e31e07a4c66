#include "serve/help.h"

#include <ctype.h>
#include <string.h>

#include "serve/options.h"

enum { FLAG_WIDTH = 20 };

/* What one can do with a program, whatever the form. */
static const struct usage {
    const char *words, *does;
} usages[] = {
    { "[serve] [OPTION...]", "answer requests until stopped" },
    { "test [FILTER]", "run the tests (those with FILTER in their name)" },
    { "openapi", "print the OpenAPI document" },
};

static const struct word {
    const char *flag, *does;
} words[] = {
    { "--help", "this text" },
    { "--help-markdown", "the options as a table for documents" },
    { "--help-man", "a page for man(1)" },
    { "--version", "versions of the program and of Apus" },
};

static const struct signal_text {
    const char *name, *does;
} signals[] = {
    { "SIGTERM, SIGINT", "let requests in flight finish; a second one stops at once" },
    { "SIGHUP", "goes over to the program and settings that are there by then; with --workers 0 "
                "reads certificates again and opens the log anew" },
    { "SIGUSR1", "opens the access log anew, once it was moved" },
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* --- on a terminal --- */

static void text_of_option(void *ctx, const apus__option_text *o)
{
    FILE *to = ctx;
    char flag[40];
    int len = snprintf(flag, sizeof(flag), "--%s %s", o->flag, o->argument);
    if (len > FLAG_WIDTH)
        fprintf(to, "  %s\n  %-*s %s", flag, FLAG_WIDTH, "", o->help);
    else
        fprintf(to, "  %-*s %s", FLAG_WIDTH, flag, o->help);
    if (o->unless_set)
        fprintf(to, " (%s)", o->unless_set);
    fprintf(to, "\n  %-*s environment: %s\n", FLAG_WIDTH, "", o->variable);
}

void apus__help_text(FILE *to, const char *program, const apus_app *app)
{
    fprintf(to, "%s %s\n\n", app->title, app->version ? app->version : "");
    for (size_t i = 0; i < COUNT(usages); i++)
        fprintf(to, "%s %s %-*s %s\n", i ? "      " : "usage:", program, FLAG_WIDTH,
                usages[i].words, usages[i].does);
    fputc('\n', to);
    apus__options_each(text_of_option, to);
    for (size_t i = 0; i < COUNT(words); i++)
        fprintf(to, "  %-*s %s\n", FLAG_WIDTH, words[i].flag, words[i].does);
    fputc('\n', to);
    for (size_t i = 0; i < COUNT(signals); i++)
        fprintf(to, "%s: %s\n", signals[i].name, signals[i].does);
}

/* --- as a table --- */

/* In a cell of a table a bar ends it. */
static void put_cell(FILE *to, const char *text)
{
    for (; *text; text++)
        fprintf(to, *text == '|' ? "\\%c" : "%c", *text);
}

static void row_of_option(void *ctx, const apus__option_text *o)
{
    FILE *to = ctx;
    fprintf(to, "| `--%s ", o->flag);
    put_cell(to, o->argument);
    fprintf(to, "` | `%s` | ", o->variable);
    if (o->unless_set)
        fprintf(to, o->is_number ? "%s" : "`%s`", o->unless_set);
    fputs(" | ", to);
    put_cell(to, o->help);
    fputs(" |\n", to);
}

void apus__help_markdown(FILE *to)
{
    fprintf(to, "| flag | variable | unless set | |\n| --- | --- | --- | --- |\n");
    apus__options_each(row_of_option, to);
}

/* --- as a page --- */

/* Text that is nothing but text to troff. */
static void put_roff(FILE *to, const char *text)
{
    for (const char *c = text; *c; c++) {
        if ((c == text || c[-1] == '\n') && (*c == '.' || *c == '\''))
            fputs("\\&", to);
        if (*c == '\\')
            fputs("\\e", to);
        else if (*c == '-')
            fputs("\\-", to);
        else if (*c == ',')
            fputs(",\\:", to); /* long lists have no blanks */
        else
            fputc(*c, to);
    }
}

static void put_row(FILE *to, const char *what, const char *does)
{
    fputs(".TP\n.B ", to);
    put_roff(to, what);
    fputc('\n', to);
    put_roff(to, does);
    fputc('\n', to);
}

static void page_row_of_option(void *ctx, const apus__option_text *o)
{
    FILE *to = ctx;
    fputs(".TP\n.BI \\-\\-", to);
    put_roff(to, o->flag);
    fputs(" \" ", to);
    put_roff(to, o->argument);
    fputs("\"\n", to);
    put_roff(to, o->help);
    fputs("\n.br\n", to);
    if (o->unless_set) {
        fputs("Unless set: ", to);
        put_roff(to, o->unless_set);
        fputs(". ", to);
    }
    fprintf(to, "Variable: %s\n", o->variable);
}

void apus__help_man(FILE *to, const char *program, const apus_app *app)
{
    const char *slash = strrchr(program, '/'), *name = slash ? slash + 1 : program;
    fputs(".TH \"", to);
    for (const char *c = name; *c; c++)
        fputc(toupper((unsigned char)*c), to);
    fputs("\" 1 \"\" \"", to);
    put_roff(to, app->version ? app->version : "");
    fputs("\" \"User commands\"\n.ad l\n.SH NAME\n", to);
    put_roff(to, name);
    fputs(" \\- serve ", to);
    put_roff(to, app->title ? app->title : app->name);
    fputs(" over HTTP\n.SH SYNOPSIS\n", to);
    for (size_t i = 0; i < COUNT(usages); i++) {
        fputs(i ? ".br\n.B " : ".B ", to);
        put_roff(to, name);
        fprintf(to, "\n%s\n", usages[i].words);
    }
    fputs(
        ".SH DESCRIPTION\nWith \\fBserve\\fR, or without a word, it answers requests until it is "
        "stopped; "
        "\\fBtest\\fR runs its tests, those with FILTER in their name; \\fBopenapi\\fR prints its "
        "OpenAPI document.\n.PP\nEach option is a flag, a variable of the environment, and a "
        "name in the file of \\fB\\-\\-config\\fR. Flags win over variables, variables over the "
        "file.\n.SH OPTIONS\n",
        to);
    apus__options_each(page_row_of_option, to);
    for (size_t i = 0; i < COUNT(words); i++)
        put_row(to, words[i].flag, words[i].does);
    fputs(".SH SIGNALS\n", to);
    for (size_t i = 0; i < COUNT(signals); i++)
        put_row(to, signals[i].name, signals[i].does);
    fputs(".SH EXIT STATUS\n0 when it was stopped, 1 when it could not start, 2 when the command "
          "line "
          "is wrong.\n",
          to);
}
