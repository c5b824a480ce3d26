/* floating_point: arithmetic and printing of float, double and long double.
 *
 * Shows: that x87 and SSE compute, round and convert as on a real processor.
 * Prints:
 *   1/3 = 0.33333333333333331
 *   1/3 = 0.333333343 in float
 *   1/3 = 0.3333333333333333333 in long double
 *   sqrt(2) = 1.4142135624, sin(1) = 0.8414709848, exp(1) = 2.7182818285
 *   1e300 * 1e10 = inf, 0/0 is not a number
 *   smallest = 4.9406564584124654e-324, hexadecimal 0x1.8p+1
 *   -2.5 to int = -2, rounded to nearest = -2, down = -3
 *   sum of 1/k^2 to 100000 = 1.644924066898
 *   read back: 3.1415926535897931
 * Status: 0
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The compiler must not compute in advance what is to be computed here. */
static volatile double one = 1, two = 2, three = 3, zero = 0, huge = 1e300, large = 1e10;

static double sum_of_inverse_squares(int last)
{
    double sum = 0;
    for (int k = last; k > 0; k--)
        sum += 1.0 / ((double)k * k);
    return sum;
}

static void show_limits(void)
{
    double not_a_number = zero / zero;
    printf("1e300 * 1e10 = %g, 0/0 is %sa number\n", huge * large, isnan(not_a_number) ? "not " : "");
    printf("smallest = %.17g, hexadecimal %a\n", nextafter(zero, one), (double)three);
}

static void show_rounding(void)
{
    volatile double value = -2.5;
    printf("%.1f to int = %d, rounded to nearest = %g, down = %g\n", value, (int)value, rint(value),
           floor(value));
}

int main(void)
{
    printf("1/3 = %.17g\n", one / three);
    /* only a variable makes it a float: the x87 computes with more digits */
    volatile float third = (float)one / (float)three;
    printf("1/3 = %.9g in float\n", (double)third);
    printf("1/3 = %.19Lg in long double\n", (long double)one / three);
    printf("sqrt(2) = %.10f, sin(1) = %.10f, exp(1) = %.10f\n", sqrt(two), sin(one), exp(one));
    show_limits();
    show_rounding();
    printf("sum of 1/k^2 to 100000 = %.12f\n", sum_of_inverse_squares(100000));
    printf("read back: %.17g\n", strtod("3.14159265358979311600", NULL));
    return 0;
}
