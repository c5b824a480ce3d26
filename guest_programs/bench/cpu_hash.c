/* cpu_hash: SHA-256 over a buffer of 64 KiB.
 *
 * Shows: rotations, shifts and additions with all registers busy. Arguments: rounds (4); the buffer is
 * hashed as often, as one message.
 * Prints:
 *   23295ac6e56186bdc6715065c52588ed68859187befcff701de609c7841ab38f
 * Status: 0
 */
#include "print.h"

enum { BLOCK = 64, BUFFER = 65536 };

static const word CONSTANTS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static byte buffer[BUFFER];

static word rotate(word value, int by) { return value >> by | value << (32 - by); }

static word big_endian(const byte *at)
{
    return (word)at[0] << 24 | (word)at[1] << 16 | (word)at[2] << 8 | at[3];
}

static void expand(const byte *block, word schedule[64])
{
    for (int i = 0; i < 16; i++)
        schedule[i] = big_endian(block + 4 * i);
    for (int i = 16; i < 64; i++) {
        word near = schedule[i - 2], far = schedule[i - 15];
        schedule[i] = schedule[i - 16] + (rotate(far, 7) ^ rotate(far, 18) ^ far >> 3)
                      + schedule[i - 7] + (rotate(near, 17) ^ rotate(near, 19) ^ near >> 10);
    }
}

static void absorb(word state[8], const byte *block)
{
    word schedule[64], v[8];
    expand(block, schedule);
    for (int i = 0; i < 8; i++)
        v[i] = state[i];
    for (int i = 0; i < 64; i++) {
        word choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        word majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        word first = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) + choice
                     + CONSTANTS[i] + schedule[i];
        word second = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) + majority;
        for (int k = 7; k > 0; k--)
            v[k] = v[k - 1];
        v[4] += first;
        v[0] = first + second;
    }
    for (int i = 0; i < 8; i++)
        state[i] += v[i];
}

/* The last block of a message whose size is a multiple of the block size. */
static void finish(word state[8], word blocks)
{
    byte last[BLOCK] = {0x80};
    word bits_high = blocks >> 23, bits_low = blocks << 9;
    for (int i = 0; i < 4; i++) {
        last[56 + i] = (byte)(bits_high >> (24 - 8 * i));
        last[60 + i] = (byte)(bits_low >> (24 - 8 * i));
    }
    absorb(state, last);
}

static void print_digest(const word state[8])
{
    char text[66];
    for (int i = 0; i < 64; i++)
        text[i] = "0123456789abcdef"[state[i / 8] >> (28 - 4 * (i % 8)) & 15];
    text[64] = '\n';
    text[65] = 0;
    print(text);
}

int main(int argc, char **argv)
{
    word state[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    };
    int rounds = argument(argc, argv, 1, 4);
    for (int i = 0; i < BUFFER; i++)
        buffer[i] = (byte)(i * 7 + (i >> 8));
    for (int round = 0; round < rounds; round++)
        for (int at = 0; at < BUFFER; at += BLOCK)
            absorb(state, buffer + at);
    finish(state, (word)rounds * (BUFFER / BLOCK));
    print_digest(state);
    return 0;
}
