/* ptys: pseudo-terminals, from both ends: opening, locks, raw and canonical input, packet mode, hangups. */
#include "print.h"

enum { Open = 5, Ioctl = 54, Fcntl = 55, Poll = 168, Setsid = 66, Stat64 = 195, Fstat64 = 197, Access = 33, Nanosleep = 162 };
enum { Rdwr = 2, Noctty = 0x100, Nonblock = 0x800, Cloexec = 0x80000, Setfl = 4, Getfd = 1, Getfl = 3 };
enum {
    Tcgets = 0x5401, Tcsets, Tcsetsw, Tcsetsf, Tcgeta, Tcseta, Tcsbrk = 0x5409, Tcxonc, Tcflsh, Excl, Nxcl, Sctty, Gpgrp, Spgrp,
    Outq, Sti, Gwinsz, Swinsz, Inq = 0x541b, Pkt = 0x5420, Notty = 0x5422, Setd, Getd, Gsid = 0x5429, Gptpeer = 0x5441,
};
#define Gptn 0x80045430
#define Sptlck 0x40045431
#define Gdev 0x80045432
#define Sig 0x40045436
#define Gpkt 0x80045438
#define Gptlck 0x80045439
#define Gexcl 0x80045440
#define Tcgets2 0x802c542a
#define Tcsets2 0x402c542b
enum { Icanon = 2, Echo = 8, Isig = 1, Vmin = 6, Vtime = 5, Ixon = 0x400 };
enum { In = 1, Pri = 2, Out = 4, Err = 8, Hup = 16 };

struct termios {
    word iflag, oflag, cflag, lflag;
    byte line, cc[19];
    word speeds[2];
};

static int master, slave, number;

static int ioctl(int fd, word request, void *argument) { return call3(Ioctl, fd, (int)request, (int)argument); }
static int ioctl_value(int fd, word request, int value) { return call3(Ioctl, fd, (int)request, value); }

static int get(int fd, word request)
{
    int value = -1, result = ioctl(fd, request, &value);
    return result < 0 ? result : value;
}

static int set(int fd, word request, int value) { return ioctl(fd, request, &value); }

static void pause_a_little(void)
{
    int time[2] = {0, 20000000};
    call2(Nanosleep, (int)time, 0);
}

static int events(int fd)
{
    struct {
        int fd;
        short wanted, seen;
    } one = {fd, In | Pri | Out, 0};
    call3(Poll, (int)&one, 1, 0);
    return one.seen;
}

static void print_octets(const char *what, const byte *octets, int count)
{
    print(what);
    if (count < 0)
        print_number(count);
    for (int i = 0; i < count; i++) {
        char text[2] = {(char)octets[i], 0};
        if (octets[i] > 32 && octets[i] < 127)
            print(text);
        else {
            print("<");
            print_number(octets[i]);
            print(">");
        }
    }
    print("\n");
}

static void take(const char *what, int fd, int count)
{
    byte octets[5000];
    pause_a_little();
    print_octets(what, octets, read(fd, octets, count));
}

static void send(int fd, const char *text)
{
    write(fd, text, length(text));
    pause_a_little();
}

static void make_path(char *path)
{
    const char *folder = "/dev/pts/";
    while (*folder)
        *path++ = *folder++;
    if (number > 99)
        *path++ = (char)('0' + number / 100);
    if (number > 9)
        *path++ = (char)('0' + number / 10 % 10);
    *path++ = (char)('0' + number % 10);
    *path = 0;
}

static int open_slave(int flags)
{
    char path[20];
    make_path(path);
    return call2(Open, (int)path, flags);
}

static void open_pair(int flags)
{
    master = call2(Open, (int)"/dev/ptmx", Rdwr | Noctty | flags);
    number = get(master, Gptn);
    set(master, Sptlck, 0);
    slave = open_slave(Rdwr | Noctty | flags);
}

static void close_pair(void)
{
    close(slave);
    close(master);
}

static void change(int fd, word off, word on, int least, int time)
{
    struct termios termios;
    ioctl(fd, Tcgets, &termios);
    termios.lflag = (termios.lflag & ~off) | on;
    termios.cc[Vmin] = (byte)least;
    termios.cc[Vtime] = (byte)time;
    ioctl(fd, Tcsets, &termios);
}

static void opening(void)
{
    print("-- opening\n");
    master = call2(Open, (int)"/dev/ptmx", Rdwr | Noctty);
    number = get(master, Gptn);
    print_line("number ", number >= 0);
    print_line("locked ", get(master, Gptlck));
    print_line("open locked ", open_slave(Rdwr | Noctty));
    print_line("peer locked ", ioctl_value(master, Gptpeer, Rdwr | Noctty));
    print_line("unlock ", set(master, Sptlck, 0));
    print_line("locked ", get(master, Gptlck));
    slave = ioctl_value(master, Gptpeer, Rdwr | Noctty | Cloexec);
    print_line("peer ", slave > 0);
    print_line("closed on exec ", call2(Fcntl, slave, Getfd));
    print_line("flags ", call2(Fcntl, slave, Getfl) & ~0x8000);
    print_line("number by slave ", get(slave, Gptn));
    print_line("device is 136 ", get(slave, Gdev) == ((136 << 8) | number));
    print_line("device by master ", get(master, Gdev) == ((136 << 8) | number));
    word status[24];
    print_line("stat of master ", call2(Fstat64, master, (int)status));
    print_line("  device ", status[8]);
    print_line("  type ", status[4] >> 12);
    print_line("stat of slave ", call2(Fstat64, slave, (int)status));
    print_line("  device ", (int)status[8] - number);
    print_line("  type ", status[4] >> 12);
    print_line("  links ", status[5]);
    print_line("seek ", call3(19, slave, 0, 0));
    print_line("exclusive ", get(slave, Gexcl));
    print_line("reserve ", ioctl(slave, Excl, 0));
    print_line("exclusive ", get(slave, Gexcl));
    print_line("share ", ioctl(slave, Nxcl, 0));
    struct termios termios = {0};
    print_line("settings ", ioctl(slave, Tcgets2, &termios));
    print_line("  input ", termios.iflag);
    print_line("  output ", termios.oflag);
    print_line("  control ", termios.cflag);
    print_line("  local ", termios.lflag);
    print_line("  speed ", termios.speeds[1]);
    print_octets("  characters ", termios.cc, 19);
    print_line("settings by master ", ioctl(master, Tcgets, &termios));
    print_line("  local ", termios.lflag);
    termios.cflag = 0x1001 | 0x100;
    print_line("odd settings ", ioctl(slave, Tcsets, &termios));
    ioctl(slave, Tcgets2, &termios);
    print_line("  control ", termios.cflag);
    print_line("  speed ", termios.speeds[1]);
    termios.cflag = 0x1000 | 0xb0;
    termios.speeds[0] = termios.speeds[1] = 12345;
    print_line("any speed ", ioctl(slave, Tcsets2, &termios));
    ioctl(slave, Tcgets2, &termios);
    print_line("  speed ", termios.speeds[1]);
    byte old[18] = {0};
    print_line("termio ", ioctl(slave, Tcgeta, old));
    print_octets("  ", old, 18);
    old[6] = 0;
    print_line("set termio ", ioctl(slave, Tcseta, old));
    ioctl(slave, Tcgets, &termios);
    print_line("  local ", termios.lflag);
    word window[2] = {1, 1};
    print_line("window ", ioctl(slave, Gwinsz, window));
    print_line("  ", window[0]);
    window[0] = 24 | 80 << 16;
    print_line("resize ", ioctl(master, Swinsz, window));
    window[0] = 0;
    ioctl(slave, Gwinsz, window);
    print_line("  rows ", window[0] & 0xffff);
    print_line("discipline ", get(slave, Getd));
    print_line("another discipline ", set(slave, Setd, 99));
    print_line("unknown request ", ioctl(slave, 0x54ff, 0));
    print_line("bad flush ", ioctl_value(slave, Tcflsh, 9));
    print_line("bad flow ", ioctl_value(slave, Tcxonc, 9));
    print_line("bad address ", ioctl(slave, Tcgets, 0));
    print_line("session ", get(slave, Gsid));
    print_line("group ", get(slave, Gpgrp));
    print_line("session by master ", get(master, Gsid));
    print_line("group by master ", get(master, Gpgrp));
    print_line("packet mode of slave ", set(slave, Pkt, 1));
    close_pair();
}

static void lines(void)
{
    print("-- lines\n");
    open_pair(0);
    call3(Fcntl, slave, Setfl, Rdwr | Nonblock);
    call3(Fcntl, master, Setfl, Rdwr | Nonblock);
    print_line("events of slave ", events(slave));
    print_line("events of master ", events(master));
    take("nothing ", slave, 10);
    take("nothing by master ", master, 10);
    send(master, "ab\177c");
    print_line("half a line ", events(slave));
    take("not yet ", slave, 10);
    send(master, "\r");
    print_line("a line ", events(slave));
    print_line("waiting ", get(slave, Inq));
    take("read 1 ", slave, 1);
    take("read rest ", slave, 10);
    print_line("echo waiting ", get(master, Inq));
    take("echo ", master, 100);
    send(master, "x\004\004y\n");
    print_line("waiting ", get(slave, Inq));
    take("line before end ", slave, 10);
    take("end ", slave, 10);
    take("line after ", slave, 10);
    take("echo ", master, 100);
    send(slave, "out\n\tput\n");
    take("output ", master, 100);
    send(slave, "lost\n");
    print_line("flush by master ", ioctl_value(master, Tcflsh, 0));
    take("nothing ", master, 100);
    send(master, "typed\n");
    print_line("flush by slave ", ioctl_value(slave, Tcflsh, 0));
    take("nothing ", slave, 100);
    take("echo ", master, 100);
    print_line("stop ", ioctl_value(slave, Tcxonc, 0));
    print_line("write ", write(slave, "x", 1));
    print_line("events ", events(slave));
    print_line("go on ", ioctl_value(slave, Tcxonc, 1));
    print_line("write ", write(slave, "x", 1));
    take("output ", master, 100);
    ioctl_value(slave, Tcxonc, 2);
    ioctl_value(slave, Tcxonc, 3);
    take("stop and start ", master, 100);
    print_line("output waiting ", get(slave, Outq));
    print_line("drain ", ioctl_value(slave, Tcsbrk, 1));
    change(slave, Echo, 0, 1, 0);
    byte line[4097];
    for (int i = 0; i < 4097; i++)
        line[i] = 'a';
    write(master, line, 2048);
    write(master, line, 2048);
    write(master, line, 100);
    send(master, "\n");
    pause_a_little();
    print_line("a long line ", read(slave, line, 4097));
    print_line("  ends ", line[4095]);
    close_pair();
}

static void raw(void)
{
    print("-- raw\n");
    open_pair(0);
    call3(Fcntl, slave, Setfl, Rdwr | Nonblock);
    call3(Fcntl, master, Setfl, Rdwr | Nonblock);
    send(master, "cooked\004part");
    change(slave, Icanon, 0, 5, 0);
    print_line("waiting ", get(slave, Inq));
    print_line("events ", events(slave));
    take("everything ", slave, 100);
    send(master, "abc");
    print_line("fewer than VMIN ", events(slave));
    take("all the same without blocking ", slave, 100);
    change(slave, 0, 0, 0, 0);
    take("nothing is no error ", slave, 10);
    change(slave, 0, 0, 0, 1);
    take("nothing but a timer ", slave, 10);
    call3(Fcntl, slave, Setfl, Rdwr);
    take("the timer ", slave, 10);
    change(slave, 0, 0, 3, 1);
    send(master, "12");
    take("the timer between octets ", slave, 10);
    send(master, "1234");
    take("enough ", slave, 10);
    change(slave, 0, 0, 3, 0);
    send(master, "xy");
    take("a smaller count ", slave, 2);
    send(master, "line");
    change(slave, 0, Icanon, 1, 0);
    take("canonical again ", slave, 10);
    take("echo ", master, 100);
    close_pair();
}

static void packets(void)
{
    print("-- packets\n");
    open_pair(0);
    call3(Fcntl, master, Setfl, Rdwr | Nonblock);
    print_line("packet mode ", get(master, Gpkt));
    print_line("on ", set(master, Pkt, 1));
    print_line("packet mode ", get(master, Gpkt));
    send(slave, "data\n");
    take("data ", master, 100);
    send(slave, "more");
    take("one octet ", master, 1);
    take("three ", master, 3);
    take("rest ", master, 10);
    ioctl_value(slave, Tcflsh, 0);
    print_line("events ", events(master));
    take("flushed ", master, 100);
    ioctl_value(slave, Tcflsh, 2);
    take("flushed both ", master, 100);
    ioctl_value(slave, Tcxonc, 0);
    take("stopped ", master, 100);
    ioctl_value(slave, Tcxonc, 1);
    take("started ", master, 100);
    struct termios termios;
    ioctl(slave, Tcgets, &termios);
    termios.iflag &= ~(word)Ixon;
    ioctl(slave, Tcsets, &termios);
    take("no flow control ", master, 100);
    termios.iflag |= Ixon;
    ioctl(slave, Tcsets, &termios);
    take("flow control ", master, 100);
    take("nothing ", master, 100);
    print_line("bad signal ", ioctl_value(master, Sig, 9));
    print_line("signal ", ioctl_value(master, Sig, 2));
    close_pair();
}

static void closing(void)
{
    print("-- closing\n");
    open_pair(0);
    call3(Fcntl, master, Setfl, Rdwr | Nonblock);
    int second = open_slave(Rdwr | Noctty);
    send(slave, "last words");
    close(slave);
    print_line("one slave left ", events(master));
    close(second);
    print_line("none left ", events(master));
    take("what was written ", master, 100);
    print_line("then ", events(master));
    take("then ", master, 100);
    print_line("write without slave ", write(master, "hello\n", 6));
    slave = open_slave(Rdwr | Noctty);
    print_line("opened again ", slave > 0);
    take("kept ", slave, 100);
    take("echo ", master, 100);
    close(master);
    pause_a_little();
    print_line("hung up ", events(slave));
    take("read ", slave, 10);
    print_line("write ", write(slave, "x", 1));
    struct termios termios;
    print_line("settings ", ioctl(slave, Tcgets, &termios));
    print_line("foreground ", set(slave, Spgrp, 1));
    char path[20];
    make_path(path);
    print_line("name is gone ", call2(Access, (int)path, 0));
    close(slave);
    open_pair(0);
    int child = fork();
    if (child == 0) {
        byte octets[10];
        close(master);
        print_line("a sleeping read ", read(slave, octets, 10));
        print_line("the next ", read(slave, octets, 10));
        leave(0);
    }
    close(slave);
    pause_a_little();
    pause_a_little();
    close(master);
    int status;
    wait4(child, &status, 0);
}

static void filling(void)
{
    print("-- filling\n");
    open_pair(Nonblock);
    byte octets[4096];
    for (int i = 0; i < 4096; i++)
        octets[i] = 'z';
    change(slave, Icanon | Echo, 0, 1, 0);
    int total = 0, count;
    for (int i = 0; i < 100 && (count = write(slave, octets, 4096)) > 0; i++, pause_a_little())
        total += count;
    print_line("the writer stops ", total > 4096 && total < 100000);
    print_line("with ", count);
    print_line("events ", events(slave));
    total = 0;
    for (int i = 0; i < 100 && (count = write(master, octets, 4096)) > 0; i++, pause_a_little())
        total += count;
    print_line("the master stops ", total > 4096 && total < 100000);
    print_line("with ", count);
    print_line("events ", events(master) & ~In);
    int got = 0;
    while ((count = read(slave, octets, 4096)) > 0) {
        got += count;
        pause_a_little();
    }
    print_line("all arrives ", got == total);
    print_line("events ", events(master) & ~In);
    close_pair();
}

int main(int argc, char **argv)
{
    (void)argc, (void)argv;
    opening();
    lines();
    raw();
    packets();
    closing();
    filling();
    return 0;
}
