/* Preloaded into the programs that swarm.py compares, so that all of them begin with the same congestion control. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int socket(int family, int type, int protocol) {
    int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
    int made = real(family, type, protocol);
    int kept = errno;
    if (made >= 0 && (family == AF_INET || family == AF_INET6) && (type & 15) == SOCK_STREAM) {
        setsockopt(made, IPPROTO_TCP, TCP_CONGESTION, CONGESTION, sizeof CONGESTION - 1);
    }
    errno = kept;
    return made;
}
