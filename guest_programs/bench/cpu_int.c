/* cpu_int: integers: a sieve of primes, then products of integer matrices.
 *
 * Shows: plain integer code. Arguments: rounds (1).
 * Prints:
 *   primes 22044, checksum 0xc81b4000
 * Status: 0
 */
#include "print.h"

enum { LIMIT = 250000, SIDE = 64 };

static byte composite[LIMIT];
static word left[SIDE][SIDE], right[SIDE][SIDE], product[SIDE][SIDE];

static int count_primes(void)
{
    int primes = 0;
    for (int i = 0; i < LIMIT; i++)
        composite[i] = 0;
    for (int i = 2; i < LIMIT; i++) {
        if (composite[i])
            continue;
        primes++;
        for (int multiple = 2 * i; multiple < LIMIT; multiple += i)
            composite[multiple] = 1;
    }
    return primes;
}

static void fill(void)
{
    for (word row = 0; row < SIDE; row++)
        for (word column = 0; column < SIDE; column++) {
            left[row][column] = row * 31 + column;
            right[row][column] = row ^ (column << 3);
        }
}

static void multiply(void)
{
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            word sum = 0;
            for (int i = 0; i < SIDE; i++)
                sum += left[row][i] * right[i][column];
            product[row][column] = sum;
        }
}

/* The product becomes the next left side, so that no round can be skipped. */
static word multiply_often(int times)
{
    word sum = 0;
    fill();
    while (times--) {
        multiply();
        for (int row = 0; row < SIDE; row++)
            for (int column = 0; column < SIDE; column++)
                sum = sum * 33 + (left[row][column] = product[row][column] | 1);
    }
    return sum;
}

int main(int argc, char **argv)
{
    int primes = 0;
    word checksum = 0;
    for (int rounds = argument(argc, argv, 1, 1); rounds > 0; rounds--) {
        primes = count_primes();
        checksum += multiply_often(4);
    }
    print("primes ");
    print_number(primes);
    print(", checksum ");
    print_hex(checksum);
    print("\n");
    return 0;
}
