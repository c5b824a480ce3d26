/* Printing numbers, for guests that show them. */
#ifndef PRINT_H
#define PRINT_H

#include "guest.h"

static inline void print_number(int value)
{
    char text[12];
    char *at = text + sizeof text - 1;
    word rest = value < 0 ? -(word)value : (word)value;
    *at = 0;
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        *--at = '-';
    print(at);
}

static inline void print_hex(word value)
{
    char text[11];
    char *at = text + sizeof text - 1;
    *at = 0;
    do
        *--at = "0123456789abcdef"[value & 15];
    while (value >>= 4);
    *--at = 'x';
    *--at = '0';
    print(at);
}

static inline void print_line(const char *text, int value)
{
    print(text);
    print_number(value);
    print("\n");
}

#endif
