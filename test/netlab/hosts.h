// The hosts of the switch: what LINKS says of each, its TAP device, and what went through it.
#define MAX_HOSTS 64

struct host {
  char name[32], ns[64], ip[32];
  double up, down, loss;     // bits per nanosecond; probability
  int64_t delay, queue;      // nanoseconds; bytes
  int64_t up_free, down_free; // when the link is idle next
  int fd;
  uint64_t up_frames, up_bytes, down_frames, down_bytes, drops;
  double first;              // wall-clock time at which it had sent FIRST_BYTES
};

static struct host hosts[MAX_HOSTS];
static int nhosts;

static void fail(const char *what) {
  perror(what);
  exit(2);
}

static void read_links(const char *path, int is_first) {
  FILE *file = fopen(path, "r");
  if (!file) fail(path);
  char line[512], name[32], ns[64], ip[32];
  double up, down, delay, loss, queue;
  int n = 0;
  while (n < MAX_HOSTS && fgets(line, sizeof line, file)) {
    int fields = sscanf(line, "%31s %63s %31s %lf %lf %lf %lf %lf", name, ns, ip, &up, &down, &delay, &loss, &queue);
    if (line[0] == '#' || fields != 8) continue;
    struct host *h = &hosts[n++];
    if (is_first) {
      memset(h, 0, sizeof *h);
      strcpy(h->name, name);
      strcpy(h->ns, ns);
      strcpy(h->ip, ip);
    }
    h->up = up * 1e-6;
    h->down = down * 1e-6;
    h->delay = delay * 1e6;
    h->loss = loss / 100;
    h->queue = queue * 1024;
  }
  fclose(file);
  if (is_first) nhosts = n;
}

static int open_tap(struct host *h, int id) {
  char path[128], command[512];
  snprintf(path, sizeof path, "/var/run/netns/%s", h->ns);
  int ns = open(path, O_RDONLY);
  if (ns < 0 || setns(ns, CLONE_NEWNET)) fail(path);
  close(ns);
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  struct ifreq request;
  memset(&request, 0, sizeof request);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  strcpy(request.ifr_name, "eth0");
  if (fd < 0 || ioctl(fd, TUNSETIFF, &request)) fail("/dev/net/tun");
  snprintf(command, sizeof command,
           "ip link set lo up && ip link set eth0 address 02:00:00:00:00:%02x txqueuelen 20 up &&"
           " ip addr add %s/24 dev eth0", id, h->ip);
  if (system(command)) {
    fprintf(stderr, "failed: %s\n", command);
    exit(2);
  }
  return fd;
}
