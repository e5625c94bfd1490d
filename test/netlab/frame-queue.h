// Frames under way, the next due first (a binary heap), and a pool of frames to use again.
#define MAX_FRAME_BYTES 2048
#define MAX_POOL 65536

enum stage { TRAVELS, IS_RECEIVED };

struct frame {
  int64_t at;
  uint64_t seq;
  enum stage stage;
  int to, len;
  unsigned char data[MAX_FRAME_BYTES];
};

static struct frame **heap;
static int heap_len, heap_cap;
static struct frame *pool[MAX_POOL];
static int pool_len;
static uint64_t next_seq;

static int is_before(struct frame *a, struct frame *b) { return a->at != b->at ? a->at < b->at : a->seq < b->seq; }

static void push(struct frame *f) {
  if (heap_len == heap_cap) {
    heap_cap = heap_cap ? heap_cap * 2 : 4096;
    heap = realloc(heap, heap_cap * sizeof *heap);
    if (!heap) fail("memory");
  }
  int i = heap_len++;
  f->seq = next_seq++;
  while (i && is_before(f, heap[(i - 1) / 2])) {
    heap[i] = heap[(i - 1) / 2];
    i = (i - 1) / 2;
  }
  heap[i] = f;
}

static struct frame *pop(void) {
  struct frame *top = heap[0], *last = heap[--heap_len];
  int i = 0;
  for (;;) {
    int child = 2 * i + 1;
    if (child >= heap_len) break;
    if (child + 1 < heap_len && is_before(heap[child + 1], heap[child])) child++;
    if (!is_before(heap[child], last)) break;
    heap[i] = heap[child];
    i = child;
  }
  if (heap_len) heap[i] = last;
  return top;
}

static struct frame *take_frame(void) {
  if (pool_len) return pool[--pool_len];
  struct frame *f = malloc(sizeof *f);
  if (!f) fail("memory");
  return f;
}

static void give_frame(struct frame *f) {
  if (pool_len < MAX_POOL) pool[pool_len++] = f;
  else free(f);
}
