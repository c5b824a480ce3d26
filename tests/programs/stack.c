/* stack: what a program finds on its stack when it starts, as lines that do not depend on addresses. */
#include "print.h"

static void show(const char *what, const char *text)
{
    print(what);
    print(text);
    print("\n");
}

/* The types both kinds of kernel give, in the order in which they come. */
static int is_common(word type)
{
    return (type >= 3 && type <= 9) || (type >= 11 && type <= 17) || type == 23 || type == 25 || type == 31;
}

static void show_entry(word type, word value, const word *random)
{
    print_number((int)type);
    if (type == 6 || type == 17 || type == 4 || type == 7 || type == 8 || type == 23)
        print_line(": ", (int)value);
    else if (type == 15 || type == 31)
        show(": ", (const char *)value);
    else if (type == 25)
        print_line(": aligned ", random != 0 && (value & 15) != 16);
    else
        print("\n");
}

int main(int argc, char **argv)
{
    word *at = (word *)argv;
    print_line("argc aligned: ", (((word)(at - 1)) & 15) == 0);
    print_line("argc: ", argc);
    for (int i = 0; i < argc; i++)
        show("argv: ", argv[i]);
    at += argc;
    print_line("argv ends: ", (int)*at++);
    char *last = argv[argc - 1], *first = (char *)*at;
    while (*at)
        show("environment: ", (char *)*at++);
    print_line("environment follows argv: ", first == 0 || first == last + length(last) + 1);
    word *auxv = ++at, execfn = 0, headers = 0, entry = 0;
    for (; *at; at += 2) {
        if (is_common(*at))
            show_entry(*at, at[1], (word *)at[1]);
        execfn = *at == 31 ? at[1] : execfn;
        headers = *at == 3 ? at[1] : headers;
        entry = *at == 9 ? at[1] : entry;
    }
    extern void _start(void);
    print_line("entry is _start: ", entry == (word)_start);
    print_line("headers are there: ", headers && *(word *)headers != 0);
    const char *end = (const char *)execfn + length((const char *)execfn) + 1;
    print_line("zeros above AT_EXECFN: ", *(const word *)end == 0);
    print_line("vector behind the pointers: ", auxv > (word *)argv);
    return 0;
}
