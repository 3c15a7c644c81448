// Fails one call of the process that changes a file below a folder, and counts them.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int count = 0;
static int under(const char *path) {
    const char *folder = getenv("FAULT_UNDER");
    return folder && path && strstr(path, folder) != NULL;
}
static int under_file(int file) {
    char name[64], path[4096];
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return under(path);
}
static int strikes(void) {
    const char *at = getenv("FAULT_AT");
    int index = __sync_fetch_and_add(&count, 1);
    if (!at || index != atoi(at)) return 0;
    const char *code = getenv("FAULT_CODE");
    errno = code ? atoi(code) : EIO;
    return 1;
}
__attribute__((destructor)) static void report(void) {
    const char *path = getenv("FAULT_COUNT");
    if (!path) return;
    FILE *file = fopen(path, "w");
    if (file) { fprintf(file, "%d\n", count); fclose(file); }
}
#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define ON_FILE(result, name, params, args) \
    result name params { REAL(name); return under_file(file) && strikes() ? -1 : real args; }
ON_FILE(ssize_t, write, (int file, const void *bytes, size_t size), (file, bytes, size))
ON_FILE(ssize_t, pwrite, (int file, const void *bytes, size_t size, off_t place), (file, bytes, size, place))
ON_FILE(ssize_t, pwrite64, (int file, const void *bytes, size_t size, off64_t place), (file, bytes, size, place))
ON_FILE(int, fsync, (int file), (file))
ON_FILE(int, fdatasync, (int file), (file))
ON_FILE(int, ftruncate, (int file, off_t size), (file, size))
ON_FILE(int, ftruncate64, (int file, off64_t size), (file, size))
int rename(const char *from, const char *to) { REAL(rename); return under(to) && strikes() ? -1 : real(from, to); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); return under(path) && strikes() ? -1 : real(path, mode); }
int symlink(const char *to, const char *path) { REAL(symlink); return under(path) && strikes() ? -1 : real(to, path); }
