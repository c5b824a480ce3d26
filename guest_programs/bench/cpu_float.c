/* cpu_float: the product of two matrices of doubles.
 *
 * Shows: floating point with SSE2. Arguments: rounds (4).
 * Prints:
 *   sum in thousandths 140223
 * Status: 0
 */
#include "print.h"

enum { SIDE = 64 };

static double left[SIDE][SIDE], right[SIDE][SIDE], product[SIDE][SIDE];

static void fill(void)
{
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            left[row][column] = 1.0 / (1 + row + column);
            right[row][column] = (row == column) + 1.0 / (3 + row + 2 * column);
        }
}

static void multiply(void)
{
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            double sum = 0;
            for (int i = 0; i < SIDE; i++)
                sum += left[row][i] * right[i][column];
            product[row][column] = sum;
        }
}

/* Divides by the largest element, so that any number of rounds stays in range. */
static void feed_back(void)
{
    double largest = 0;
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++)
            if (product[row][column] > largest)
                largest = product[row][column];
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++)
            left[row][column] = product[row][column] / largest;
}

int main(int argc, char **argv)
{
    double sum = 0;
    fill();
    for (int rounds = argument(argc, argv, 1, 4); rounds > 0; rounds--) {
        multiply();
        feed_back();
    }
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++)
            sum += left[row][column];
    print_line("sum in thousandths ", (int)(sum * 1000));
    return 0;
}
