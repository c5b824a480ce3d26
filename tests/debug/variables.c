/* Variables of every kind of type, for a debugger to print at the line marked HERE. */
enum color { RED, GREEN = 5, BLUE };
enum flags { A = 1, B = 2, C = 4 };
struct point { int x, y; };
typedef struct node { int value; struct node *next; char name[16]; } node_t;
union number { int i; float f; unsigned char b[4]; };
struct mixed {
    unsigned a : 3;
    int b : 5;
    unsigned char c;
    struct { int p, q; };
    union { int u; float v; } w;
    enum color col;
    struct point pt;
    struct unseen *unseen;
    int (*call)(int);
};
typedef unsigned int u32;
typedef char *string_t;
static int counter = 42;
int numbers[3] = { 1, 2, 3 };
int many[300], ten[10], eleven[11] = { 1 };
int grid[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };
struct point points[12];
node_t second = { 2, 0, "second" };
node_t first = { 1, &second, "a\001" "1\n\"q\"" };
union number un = { .f = 1.5f };
struct mixed mixed = { 5, -3, 'c', { 1, 2 }, { 7 }, BLUE, { 3, 4 }, 0, 0 };
enum color col = GREEN, odd = 3;
enum modes { NONE, READ, WRITE } modes = 3, no_modes, unknown_mode = 8;
enum mixed_modes { ONE = 1, SIX = 6 } seven = 7;
enum flags fl = A | C, fl0, fl8 = 9;
float f = 3.14f;
double d = 3.14, big = 1e100, three = 3, minus_zero = -0.0, small = 1.25e-7;
double inf = 1 / 0.0;
long double ld = 1.1L, ld_big = 1e400L, ld_zero, ld_small = -2.5e-9L;
char c = 'a', nl = '\n', minus = -1;
unsigned char uc = 200;
signed char sc = -56;
_Bool yes = 1;
long long ll = -5000000000LL;
unsigned long long ull = -1;
short sh = -7;
unsigned short us = 65535;
const char *text = "hello";
char *null, exact[3] = "abc", full[16] = "hi", empty[4], long_text[300];
string_t named_string = full;
unsigned char *octets = (unsigned char *)full;
int (*fp)(int, node_t *);
void *vp = &counter;
u32 u = 4000000000u;
volatile const int vc = 3;
char *const cp = full;
const char *words[] = { "one", "two", 0 };

static int inner(int n, node_t *p, struct point pt, const char *s, double x, enum color c)
{
    static int calls = 7;
    int local = n * 2;
    for (int i = 0; i < 1; i++) {
        int local = 99;
        u32 deep = i + local;
        calls += deep; /* HERE */
    }
    return calls + local + p->value + pt.x + (int)x + c + *s;
}

int outer(int n)
{
    struct point here = { n, -n };
    int (*q)[3] = &numbers;
    return inner(n + 1, &first, here, text, 0.5, BLUE) + (*q)[0];
}

int main(int argc, char **argv)
{
    for (int i = 0; i < 250; i++)
        long_text[i] = i < 20 ? 'y' : 'x';
    many[100] = many[101] = 4;
    return outer(argc + 2) + (argv != 0);
}

void _start(void)
{
    static char *argv[] = { "variables", 0 };
    int status = main(1, argv) & 1;
    __asm__ volatile("int $0x80" : : "a"(1), "b"(status));
}
