#include "manual/manual.h"

#include <ctype.h>
#include <string.h>

#include "apus/api.h"

enum { COLUMNS = 80, INDENT = 22 };

/* --- paragraphs --- */

/* The next paragraph of *text, which moves behind it; its length, 0 at the end. */
static size_t next_paragraph(const char **text, const char **begin)
{
    *text += strspn(*text, "\n");
    *begin = *text;
    const char *end = strstr(*text, "\n\n");
    size_t len = end ? (size_t)(end - *text) : strlen(*text);
    *text += len;
    while (len && (*begin)[len - 1] == '\n')
        len--;
    return len;
}

static int is_literal(const char *paragraph)
{
    return strncmp(paragraph, "    ", 4) == 0;
}

/* --- for a terminal --- */

/* Words of `text` from column `at`, further lines under `indent`. */
static void wrap(FILE *to, const char *text, size_t len, int at, int indent)
{
    const char *end = text + len;
    int column = at;
    while (text < end) {
        size_t blanks = strspn(text, " \n"), word = strcspn(text + blanks, " \n");
        if (text + blanks + word > end)
            word = (size_t)(end - text) > blanks ? (size_t)(end - text) - blanks : 0;
        text += blanks;
        if (word && column > at && column + 1 + (int)word > COLUMNS) {
            fprintf(to, "\n%*s", indent, "");
            column = at = indent;
        } else if (word && column > at) {
            fputc(' ', to);
            column++;
        }
        fwrite(text, 1, word, to);
        column += (int)word;
        text += word;
    }
    fputc('\n', to);
}

static void help_row(FILE *to, const manual_row *row)
{
    char left[64];
    int len = snprintf(left, sizeof(left), "  %s%s%s", row->flags, row->argument ? " " : "",
                       row->argument ? row->argument : "");
    fputs(left, to);
    if (len + 2 > INDENT)
        fprintf(to, "\n%*s", INDENT, "");
    else
        fprintf(to, "%*s", INDENT - len, "");
    wrap(to, row->help, strlen(row->help), INDENT, INDENT);
}

void manual_help(FILE *to, const manual *m)
{
    fprintf(to, "Usage: %s %s\n\n%c%s.\n", m->name, m->usage, toupper((unsigned char)*m->summary),
            m->summary + 1);
    if (m->rows->flags)
        fprintf(to, "\n%s\n", m->heading);
    for (const manual_row *row = m->rows; row->flags; row++)
        help_row(to, row);
    const char *rest = m->about ? m->about : "", *paragraph;
    for (size_t len; (len = next_paragraph(&rest, &paragraph)) > 0;) {
        fputc('\n', to);
        if (is_literal(paragraph))
            fprintf(to, "%.*s\n", (int)len, paragraph);
        else
            wrap(to, paragraph, len, 0, 0);
    }
}

/* --- for man --- */

/* Text that is nothing but text to troff. */
static void roff_text(FILE *to, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((i == 0 || text[i - 1] == '\n') && (text[i] == '.' || text[i] == '\''))
            fputs("\\&", to);
        if (text[i] == '\\')
            fputs("\\e", to);
        else if (text[i] == '-')
            fputs("\\-", to);
        else
            fputc(text[i], to);
    }
}

static void roff_paragraphs(FILE *to, const char *text)
{
    const char *paragraph;
    for (size_t len; (len = next_paragraph(&text, &paragraph)) > 0;) {
        fputs(is_literal(paragraph) ? ".PP\n.nf\n" : ".PP\n", to);
        roff_text(to, paragraph, len);
        fputs(is_literal(paragraph) ? "\n.fi\n" : "\n", to);
    }
}

/* "apus dev" is the page apus-dev. */
static void page_name(FILE *to, const char *name)
{
    for (; *name; name++) {
        if (*name == ' ' || *name == '-')
            fputs("\\-", to);
        else
            fputc(*name, to);
    }
}

void manual_roff(FILE *to, const manual *m)
{
    fputs(".TH \"", to);
    for (const char *p = m->name; *p; p++)
        fputc(*p == ' ' ? '-' : toupper((unsigned char)*p), to);
    fprintf(to, "\" 1 \"\" \"Apus %s\" \"Apus\"\n.SH NAME\n", APUS_VERSION);
    page_name(to, m->name);
    fputs(" \\- ", to);
    roff_text(to, m->summary, strlen(m->summary));
    fputs("\n.SH SYNOPSIS\n.B ", to);
    roff_text(to, m->name, strlen(m->name));
    fputc('\n', to);
    roff_text(to, m->usage, strlen(m->usage));
    fputc('\n', to);
    if (m->rows->flags) {
        fputs(".SH ", to);
        for (const char *p = m->heading; *p; p++)
            fputc(toupper((unsigned char)*p), to);
        fputc('\n', to);
    }
    for (const manual_row *row = m->rows; row->flags; row++) {
        fputs(".TP\n\\fB", to);
        roff_text(to, row->flags, strlen(row->flags));
        fputs("\\fR", to);
        if (row->argument) {
            fputs(" \\fI", to);
            roff_text(to, row->argument, strlen(row->argument));
            fputs("\\fR", to);
        }
        fputc('\n', to);
        roff_text(to, row->help, strlen(row->help));
        fputc('\n', to);
    }
    if (m->about) {
        fputs(".SH DESCRIPTION\n", to);
        roff_paragraphs(to, m->about);
    }
    if (m->also)
        fputs(".SH SEE ALSO\n", to);
    for (const char *const *also = m->also; also && *also; also++) {
        fputs(".BR ", to);
        page_name(to, *also);
        fprintf(to, " (1)%s\n", also[1] ? "," : "");
    }
}

/* --- for docs/ --- */

/* What would end a cell of a table. */
static void markdown_cell(FILE *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            fputc('\\', to);
        fputc(*text, to);
    }
}

void manual_markdown(FILE *to, const manual *m, int depth)
{
    for (int i = 0; i < depth; i++)
        fputc('#', to);
    fprintf(to, " %s\n\n```console\n$ %s %s\n```\n%c%s.\n\n", m->name, m->name, m->usage,
            toupper((unsigned char)*m->summary), m->summary + 1);
    if (m->rows->flags)
        fputs("| | |\n|---|---|\n", to);
    for (const manual_row *row = m->rows; row->flags; row++) {
        fputs("| `", to);
        markdown_cell(to, row->flags);
        if (row->argument)
            fputc(' ', to);
        markdown_cell(to, row->argument ? row->argument : "");
        fputs("` | ", to);
        markdown_cell(to, row->help);
        fputs(" |\n", to);
    }
    const char *rest = m->about ? m->about : "", *paragraph;
    for (size_t len; (len = next_paragraph(&rest, &paragraph)) > 0;)
        fprintf(to, "\n%.*s\n", (int)len, paragraph);
}
