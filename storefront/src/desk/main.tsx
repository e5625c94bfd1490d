/** Makes the desk's parts and puts the page into #app. */
import { render } from 'preact';
import type { UploadAnswer, UploadList } from '../../../shared/api-types/admin.ts';
import type { Image } from '../../../shared/api-types/catalog.ts';
import type { ImageId } from '../../../shared/units.ts';
import { announce } from '../announce.ts';
import { startNavigation } from '../navigation.ts';
import { DeskApi } from './api/desk-api.ts';
import { sendPhoto } from './api/send-photo.ts';
import { DeskPage } from './desk.tsx';
import { type Desk, DeskContext } from './desk-context.ts';
import { guardLeaving } from './leave-guard.ts';
import { DeskProducts } from './products/desk-products.ts';
import { Drafts } from './products/drafts.ts';
import { randomId } from './random-id.ts';
import { Session } from './session/session.ts';
import { UploadQueue } from './uploads/upload-queue.ts';
import { watchUploads } from './uploads/watch-uploads.ts';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/tool-pages.css';
import './styles/desk.css';
import './styles/sign-in.css';
import './styles/dock.css';
import './styles/forms.css';
import './styles/products.css';
import './styles/uploads.css';
import './styles/images.css';
import './styles/compare.css';
import './styles/dialogs.css';

const api = new DeskApi();
const session = new Session(api);
const products = new DeskProducts(api);
const drafts = new Drafts();

async function find(uploadId: string): Promise<UploadAnswer | 'unknown' | undefined> {
  const answer = await api.call<UploadList>('GET', '/uploads');
  if (!answer.ok) return undefined;
  return answer.value.uploads.find(({ id }) => id === uploadId) ?? 'unknown';
}

const uploads = new UploadQueue(
  {
    send: (photo, progress) => sendPhoto(api, photo, progress),
    find,
    image: (imageId) => api.call<Image>('GET', `/images/${imageId}`),
    cancel: (uploadId) => api.call('DELETE', `/uploads/${uploadId}`),
    describe: (uploadId, alt) => api.call('PATCH', `/uploads/${uploadId}`, { body: { alt } }),
    words: (imageId, alt) => products.changeImage(imageId, { alt }),
    isReadable: (file) =>
      file
        .slice(0, 1)
        .arrayBuffer()
        .then(
          () => true,
          () => false,
        ),
    newId: randomId,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
  {
    ready: ({ productId, file }, image) => products.addImage(productId, image, file.size),
    settled: (productId, imageIds) => {
      announce(imageIds.length === 1 ? 'A photo is ready' : `${imageIds.length} photos are ready`);
      keepFileOrder(productId, imageIds);
    },
  },
);

/** Photos become ready in any order; they are to stand as they were chosen, behind those that were there. */
function keepFileOrder(productId: string, imageIds: readonly ImageId[]): void {
  const state = products.state.get();
  const product = state.kind === 'ready' ? state.products.find(({ id }) => id === productId) : undefined;
  if (!product) return;
  const present = product.images.map(({ id }) => id);
  const added = imageIds.filter((id) => present.includes(id));
  const wished = [...present.filter((id) => !added.includes(id)), ...added];
  if (wished.join() !== present.join()) void products.orderImages(productId, wished);
}

const desk: Desk = {
  session,
  products,
  drafts,
  uploads,
  addPhotos: (productId, files) => {
    const state = session.state.get();
    if (state.kind === 'in') uploads.add(productId, files, state.limits.photo);
  },
};

session.state.subscribe(() => {
  const state = session.state.get();
  if (state.kind === 'in') void products.load();
  if (state.kind !== 'out') return;
  products.forget();
  // A session that ran out takes no photo and no word with it: they can be sent by whoever signs in.
  if (state.isOver) return;
  void uploads.clear();
  drafts.clear();
});
watchUploads(api, uploads);
guardLeaving(uploads, drafts);
// A photo that misses its place must not be opened instead of the desk.
for (const type of ['dragover', 'drop']) window.addEventListener(type, (event) => event.preventDefault());
startNavigation();
void session.resume();
render(
  <DeskContext.Provider value={desk}>
    <DeskPage />
  </DeskContext.Provider>,
  document.querySelector('#app')!,
);
