/** A queue of photos with a hand on every answer. */
import type { UploadAnswer } from '../../../../shared/api-types/admin.ts';
import type { Image } from '../../../../shared/api-types/catalog.ts';
import { type Answer, NO_ANSWER, refusalOf, refused } from '../../../../storefront/src/answers/answer.ts';
import type { PhotoToSend } from '../../../../storefront/src/desk/api/send-photo.ts';
import type { UploadItem } from '../../../../storefront/src/desk/uploads/upload-item.ts';
import { UploadQueue } from '../../../../storefront/src/desk/uploads/upload-queue.ts';

export const LIMITS = {
  maxBytes: 1_000,
  maxPixels: 1,
  maxSidePixels: 1,
  types: ['image/jpeg'],
  maxUploads: 32,
};

interface Sent extends PhotoToSend {
  readonly progress: (sentBytes: number, totalBytes: number) => void;
  readonly answer: (answer: Answer<Image>) => Promise<void>;
  aborted: boolean;
}

export class Rig {
  readonly sent: Sent[] = [];
  readonly calls: string[] = [];
  readonly settled: (readonly string[])[] = [];
  readonly waits: number[] = [];
  /** What the origin knows, by upload. */
  readonly known = new Map<string, UploadAnswer>();
  /** What it says of others; undefined: it is away. */
  unknown: 'unknown' | undefined = 'unknown';
  /** Names of files that cannot be read any more. */
  readonly unreadable = new Set<string>();
  /** Images that the product has already. */
  readonly there = new Set<string>();
  wordsAnswer: Answer<Image> = { ok: true, value: imageNamed('any') };
  readonly queue: UploadQueue;
  #ids = 0;

  constructor() {
    this.queue = new UploadQueue(
      {
        send: (photo, progress) => this.#send(photo, progress),
        find: async (id) => this.known.get(id) ?? this.unknown,
        image: async (id) => ({ ok: true, value: imageNamed(id) }),
        cancel: async (id) => {
          this.calls.push(`cancel ${id}`);
          const upload = this.known.get(id);
          return upload
            ? { ok: true, value: upload }
            : refused(refusalOf(404, { code: 'upload_unknown' }, null));
        },
        describe: async (id, alt) => this.calls.push(`describe ${id} ${alt}`),
        words: async (id, alt) => {
          this.calls.push(`words ${id} ${alt}`);
          return this.wordsAnswer;
        },
        isReadable: async ({ name }) => !this.unreadable.has(name),
        newId: () => `u${++this.#ids}`,
        wait: async (ms) => void this.waits.push(ms),
      },
      {
        ready: ({ file }, image) => {
          this.calls.push(`ready ${file.name} ${image.id}`);
          return !this.there.has(image.id);
        },
        settled: (_product, ids) => this.settled.push(ids),
      },
    );
  }

  add(...names: string[]): void {
    this.queue.add(
      'p',
      names.map((name) => new File(['1234'], name, { type: 'image/jpeg' })),
      LIMITS,
    );
  }

  get items(): readonly UploadItem[] {
    return this.queue.list.get().map(({ key }) => this.queue.item(key)?.get() as UploadItem);
  }

  get kinds(): string {
    return this.items.map(({ state }) => state.kind).join(' ');
  }

  #send(photo: PhotoToSend, progress: Sent['progress']) {
    let resolve: (answer: Answer<Image>) => void = () => {};
    const promise = new Promise<Answer<Image>>((settle) => {
      resolve = settle;
    });
    const sent: Sent = {
      ...photo,
      progress,
      aborted: false,
      answer: async (answer) => {
        resolve(answer);
        await turns();
      },
    };
    this.sent.push(sent);
    const abort = () => {
      sent.aborted = true;
      resolve(refused(NO_ANSWER));
    };
    return { answer: promise, abort };
  }
}

/** All that follows without another answer from outside. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

export const imageNamed = (id: string) => ({ id, alt: '' }) as unknown as Image;
export const ready = (id: string): Answer<Image> => ({ ok: true, value: imageNamed(id) });
export const problem = (status: number, code: string, retryAfter: string | null = null): Answer<Image> =>
  refused(refusalOf(status, { code, detail: code }, retryAfter));
