// A user-space Ethernet switch with shaped links, for network namespaces on one machine.
//
//   switch LINKS [TRACE]
//
// LINKS: a text file, one host a line:  NAME NETNS IP UP_KBIT DOWN_KBIT DELAY_MS LOSS_PCT QUEUE_KB
// Each host's namespace gets a TAP device eth0 with that address (/24). A frame waits for the sender's uplink
// (UP_KBIT), travels DELAY_MS of the sender plus DELAY_MS of the receiver, waits for the receiver's downlink
// (DOWN_KBIT) and is delivered. A queue holds QUEUE_KB in each direction and drops what is over. SIGHUP reads LINKS
// again (rates, delay, loss); LOSS_PCT 100 cuts a host off. SIGTERM prints a line per host (frames and bytes up and
// down, drops, when its first 32 KiB had left) and ends.
// TRACE: a file that gets a line `UNIX_SECONDS BYTES TO` for each larger frame that the first host sends.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "hosts.h"
#include "frame-queue.h"

#define FIRST_BYTES 32768
// Preamble, gap and checksum, which a frame takes on the wire.
#define WIRE_BYTES 24
// Below it stand acknowledgements and pings.
#define TRACED_BYTES 200
// Frames read from one host before the others get their turn.
#define READ_AT_ONCE 64

static FILE *trace;
static volatile sig_atomic_t must_reload, must_stop;

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static double wall_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

// At the receiver's downlink.
static void arrive(struct frame *f) {
  struct host *to = &hosts[f->to];
  int64_t start = f->at > to->down_free ? f->at : to->down_free;
  if ((start - f->at) * to->down / 8 > to->queue) {
    to->drops++;
    give_frame(f);
    return;
  }
  to->down_free = start + (int64_t)((f->len + WIRE_BYTES) * 8 / to->down);
  f->at = to->down_free;
  f->stage = IS_RECEIVED;
  push(f);
}

static void deliver(struct frame *f) {
  struct host *to = &hosts[f->to];
  if (write(to->fd, f->data, f->len) == f->len) {
    to->down_frames++;
    to->down_bytes += f->len;
  } else {
    to->drops++;
  }
  give_frame(f);
}

static void note_sent(struct host *from, const unsigned char *data, int len) {
  from->up_frames++;
  from->up_bytes += len;
  if (!from->first && from->up_bytes >= FIRST_BYTES) from->first = wall_seconds();
  if (trace && from == hosts && len >= TRACED_BYTES) fprintf(trace, "%.6f %d %d\n", wall_seconds(), len, data[5]);
}

static void send_up(int from, const unsigned char *data, int len) {
  struct host *s = &hosts[from];
  int64_t now = now_ns(), start = now > s->up_free ? now : s->up_free;
  if ((start - now) * s->up / 8 > s->queue) {
    s->drops++;
    return;
  }
  s->up_free = start + (int64_t)((len + WIRE_BYTES) * 8 / s->up);
  note_sent(s, data, len);
  // The last byte of the address is the host's number, see open_tap.
  int is_broadcast = data[0] & 1, one = data[5] - 1;
  for (int to = 0; to < nhosts; to++) {
    if (to == from || (!is_broadcast && to != one)) continue;
    double loss = s->loss > hosts[to].loss ? s->loss : hosts[to].loss;
    if (loss > 0 && drand48() < loss) {
      s->drops++;
      continue;
    }
    struct frame *f = take_frame();
    memcpy(f->data, data, len);
    f->len = len;
    f->to = to;
    f->stage = TRAVELS;
    f->at = s->up_free + s->delay + hosts[to].delay;
    push(f);
  }
}

static void read_frames(int host) {
  unsigned char data[MAX_FRAME_BYTES];
  for (int k = 0; k < READ_AT_ONCE; k++) {
    int len = read(hosts[host].fd, data, sizeof data);
    if (len <= 0) return;
    send_up(host, data, len);
  }
}

static void move_due_frames(void) {
  int64_t now = now_ns();
  while (heap_len && heap[0]->at <= now) {
    struct frame *f = pop();
    if (f->stage == TRAVELS) arrive(f);
    else deliver(f);
  }
}

// Until the next frame is due, or one comes. A timer descriptor would be set for each frame anew, by a system call that
// programs the clock whether there is something to wait for or not: a third of the switch's CPU.
static int wait_for_frames(int epoll, struct epoll_event *events) {
  if (!heap_len) return epoll_wait(epoll, events, MAX_HOSTS, -1);
  int64_t left = heap[0]->at - now_ns();
  if (left < 0) left = 0;
  struct timespec limit = { .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 };
  return epoll_pwait2(epoll, events, MAX_HOSTS, &limit, 0);
}

static void on_signal(int signal) { *(signal == SIGHUP ? &must_reload : &must_stop) = 1; }

static void watch(int epoll, int fd, uint32_t id) {
  struct epoll_event event = { .events = EPOLLIN, .data.u32 = id };
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void run(const char *links, int epoll) {
  while (!must_stop) {
    if (must_reload) {
      must_reload = 0;
      read_links(links, 0);
    }
    move_due_frames();
    struct epoll_event events[MAX_HOSTS];
    int n = wait_for_frames(epoll, events);
    for (int i = 0; i < n; i++) read_frames(events[i].data.u32);
  }
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3) {
    fprintf(stderr, "usage: switch LINKS [TRACE]\n");
    return 2;
  }
  read_links(argv[1], 1);
  if (argc == 3 && !(trace = fopen(argv[2], "w"))) fail(argv[2]);
  srand48(1);
  int home = open("/proc/self/ns/net", O_RDONLY), epoll = epoll_create1(0);
  for (int i = 0; i < nhosts; i++) {
    hosts[i].fd = open_tap(&hosts[i], i + 1);
    watch(epoll, hosts[i].fd, i);
  }
  if (setns(home, CLONE_NEWNET)) fail("setns");
  struct sigaction action = { .sa_handler = on_signal };
  sigaction(SIGHUP, &action, 0);
  sigaction(SIGTERM, &action, 0);
  sigaction(SIGINT, &action, 0);
  puts("ready");
  fflush(stdout);
  run(argv[1], epoll);
  for (int i = 0; i < nhosts; i++) {
    struct host *h = &hosts[i];
    printf("%s up_frames=%lu up_bytes=%lu down_frames=%lu down_bytes=%lu drops=%lu first=%.6f\n", h->name,
           h->up_frames, h->up_bytes, h->down_frames, h->down_bytes, h->drops, h->first);
  }
  if (trace) fclose(trace);
  return 0;
}
