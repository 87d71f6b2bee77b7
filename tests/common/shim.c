/*
 * A disk that fails and a clock that is wrong on request: loaded with LD_PRELOAD, it counts the calls that change files below one folder and lets some of them
 * fail without being made. Only calls that go through the C library are seen; memory-mapped writes and system calls that a program
 * makes by itself are not.
 *
 *   GUILDHALL_SHIM_DIR    files below this folder are watched (absolute)
 *   GUILDHALL_SHIM_AT     the n-th such call fails; 0 or unset: none, they are only counted
 *   GUILDHALL_SHIM_ERRNO  number of the error
 *   GUILDHALL_SHIM_MODE   "once"; "on": every such call from the n-th on; "half": the same, and of the n-th, half is written first;
 *                         "kill": the n-th is the program's last, and is not made
 *   GUILDHALL_SHIM_AHEAD  seconds by which the clock of the day runs ahead
 *   GUILDHALL_SHIM_LOG    one line is appended to this file for each call: number, name, path, and "failed" where it did
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) \
    static __typeof__(name) *next; \
    if (!next) next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long count;
static int log_fd = -2;
static __thread int half;

static const char *dir(void) {
    static const char *known;
    if (!known) {
        known = getenv("GUILDHALL_SHIM_DIR");
        if (!known) known = "";
    }
    return known;
}

static int below(const char *path) {
    size_t length = strlen(dir());
    return length && path && !strncmp(path, dir(), length) && (path[length] == '/' || path[length] == 0);
}

/* The path behind a file descriptor; a file that was removed meanwhile still counts. */
static int watched_fd(int fd, char *path, size_t size) {
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, name, path, size - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

/* Counts one call; whether it has to fail, and with errno set then. */
static int fails(const char *call, const char *path) {
    pthread_mutex_lock(&lock);
    const char *at_text = getenv("GUILDHALL_SHIM_AT");
    long at = at_text ? atol(at_text) : 0;
    const char *mode = getenv("GUILDHALL_SHIM_MODE");
    count++;
    int fail = at && (count == at || (count > at && mode && strcmp(mode, "once")));
    half = fail && count == at && mode && !strcmp(mode, "half");
    const char *log = getenv("GUILDHALL_SHIM_LOG");
    if (log_fd == -2)
        log_fd = log ? (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (log_fd >= 0) {
        char line[700];
        int length = snprintf(line, sizeof line, "%ld %s %.500s%s\n", count, call, path, fail ? " failed" : "");
        syscall(SYS_write, log_fd, line, (size_t)length);
    }
    pthread_mutex_unlock(&lock);
    if (fail && mode && !strcmp(mode, "kill")) kill(getpid(), SIGKILL);
    if (fail) {
        const char *error = getenv("GUILDHALL_SHIM_ERRNO");
        errno = error ? atoi(error) : EIO;
    }
    return fail;
}

#define FD_CALL(type, name, arguments, values, call) \
    type name arguments { \
        NEXT(name); \
        char path[4096]; \
        int before = errno; \
        if (watched_fd(fd, path, sizeof path) && fails(call, path)) return -1; \
        errno = before; \
        return next values; \
    }

#define WRITE_CALL(name, arguments, values, half_of_it, call) \
    ssize_t name arguments { \
        NEXT(name); \
        char path[4096]; \
        int before = errno; \
        if (watched_fd(fd, path, sizeof path) && fails(call, path)) { \
            int error = errno; \
            if (half && next half_of_it < 0) error = errno; \
            errno = error; \
            return -1; \
        } \
        errno = before; \
        return next values; \
    }

WRITE_CALL(write, (int fd, const void *data, size_t n), (fd, data, n), (fd, data, n / 2), "write")
WRITE_CALL(pwrite, (int fd, const void *data, size_t n, off_t at), (fd, data, n, at), (fd, data, n / 2, at), "pwrite")
WRITE_CALL(pwrite64, (int fd, const void *data, size_t n, off64_t at), (fd, data, n, at), (fd, data, n / 2, at), "pwrite")
FD_CALL(ssize_t, writev, (int fd, const struct iovec *parts, int n), (fd, parts, n), "writev")
FD_CALL(ssize_t, pwritev, (int fd, const struct iovec *parts, int n, off_t at), (fd, parts, n, at), "pwritev")
FD_CALL(ssize_t, pwritev64, (int fd, const struct iovec *parts, int n, off64_t at), (fd, parts, n, at), "pwritev")
FD_CALL(int, fsync, (int fd), (fd), "fsync")
FD_CALL(int, fdatasync, (int fd), (fd), "fdatasync")
FD_CALL(int, ftruncate, (int fd, off_t size), (fd, size), "ftruncate")
FD_CALL(int, ftruncate64, (int fd, off64_t size), (fd, size), "ftruncate")

/* These give the error back instead of setting it. */
int posix_fallocate(int fd, off_t at, off_t size) {
    NEXT(posix_fallocate);
    char path[4096];
    if (watched_fd(fd, path, sizeof path) && fails("posix_fallocate", path)) return errno;
    return next(fd, at, size);
}

int posix_fallocate64(int fd, off64_t at, off64_t size) {
    NEXT(posix_fallocate64);
    char path[4096];
    if (watched_fd(fd, path, sizeof path) && fails("posix_fallocate", path)) return errno;
    return next(fd, at, size);
}

#define PATH_CALL(name, arguments, values, call, path) \
    int name arguments { \
        NEXT(name); \
        int before = errno; \
        if (below(path) && fails(call, path)) return -1; \
        errno = before; \
        return next values; \
    }

PATH_CALL(rename, (const char *from, const char *to), (from, to), "rename", to)
PATH_CALL(renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), "renameat", to)
PATH_CALL(renameat2, (int a, const char *from, int b, const char *to, unsigned int f), (a, from, b, to, f), "renameat2", to)
PATH_CALL(link, (const char *from, const char *to), (from, to), "link", to)
PATH_CALL(unlink, (const char *path), (path), "unlink", path)
PATH_CALL(unlinkat, (int at, const char *path, int flags), (at, path, flags), "unlinkat", path)
PATH_CALL(mkdir, (const char *path, mode_t mode), (path, mode), "mkdir", path)
PATH_CALL(rmdir, (const char *path), (path), "rmdir", path)

#define OPEN_CALL(name) \
    int name(const char *path, int flags, ...) { \
        NEXT(name); \
        mode_t mode = 0; \
        int before = errno; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        if ((flags & O_CREAT) && below(path) && fails("create", path)) return -1; \
        errno = before; \
        return next(path, flags, mode); \
    }

OPEN_CALL(open)
OPEN_CALL(open64)

#define OPENAT_CALL(name) \
    int name(int at, const char *path, int flags, ...) { \
        NEXT(name); \
        mode_t mode = 0; \
        int before = errno; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        if ((flags & O_CREAT) && below(path) && fails("create", path)) return -1; \
        errno = before; \
        return next(at, path, flags, mode); \
    }

OPENAT_CALL(openat)
OPENAT_CALL(openat64)

int clock_gettime(clockid_t clock, struct timespec *at) {
    NEXT(clock_gettime);
    int done = next(clock, at);
    const char *ahead = getenv("GUILDHALL_SHIM_AHEAD");
    if (!done && clock == CLOCK_REALTIME && ahead) at->tv_sec += atol(ahead);
    return done;
}
