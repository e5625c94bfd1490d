/** One photo on its way. XMLHttpRequest, for fetch does not tell how far a body has come. */
import type { Image } from '../../../../shared/api-types/catalog.ts';
import { type Answer, NO_ANSWER, refused } from '../../answers/answer.ts';
import { DESK_HEADERS, type DeskApi } from './desk-api.ts';

export interface PhotoToSend {
  readonly productId: string;
  readonly uploadId: string;
  readonly file: File;
  readonly alt: string;
}

export interface Sending {
  readonly answer: Promise<Answer<Image>>;
  abort(): void;
}

/** @param progress also told when the last byte is out: then both are the same */
export function sendPhoto(
  api: DeskApi,
  photo: PhotoToSend,
  progress: (sentBytes: number, totalBytes: number) => void,
): Sending {
  const request = new XMLHttpRequest();
  const answer = new Promise<Answer<Image>>((resolve) => {
    request.upload.onprogress = ({ loaded, total }) => progress(loaded, total);
    request.upload.onload = ({ total }) => progress(total, total);
    request.onerror = () => resolve(refused(NO_ANSWER));
    request.onabort = () => resolve(refused(NO_ANSWER));
    request.onload = () => {
      const body = parsed(request.responseText);
      const isOk = request.status >= 200 && request.status < 300;
      if (isOk && body === undefined) return resolve(refused(NO_ANSWER));
      resolve(
        isOk
          ? { ok: true, value: body as Image }
          : api.refused(request.status, body, request.getResponseHeader('Retry-After')),
      );
    };
  });
  request.open('POST', `/admin/products/${encodeURIComponent(photo.productId)}/images`);
  for (const [name, value] of Object.entries(DESK_HEADERS)) request.setRequestHeader(name, value);
  request.setRequestHeader('Upload-Id', photo.uploadId);
  const form = new FormData();
  if (photo.alt !== '') form.set('alt', photo.alt);
  form.set('image', photo.file);
  request.send(form);
  return { answer, abort: () => request.abort() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
