/** Tells those who keep answers when the catalog changes, so that nothing kept is older than the last change. */
import type { RequestHandler } from 'express';
import type { Catalog } from '../catalog/catalog-api.ts';

interface Keeper {
  /** A write begins; the answer is to be called when it has ended. */
  changing(): () => void;
}

export class ChangeWatch {
  readonly #keepers: Keeper[] = [];

  /** Photos are also published by an import, which makes no request. */
  constructor(catalog: Pick<Catalog, 'onAppend'>) {
    catalog.onAppend(() => this.#begin()());
  }

  watch(keeper: Keeper): void {
    this.#keepers.push(keeper);
  }

  /** Mounted before whatever changes products. */
  readonly middleware: RequestHandler = (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') res.once('close', this.#begin());
    next();
  };

  #begin(): () => void {
    const ends = this.#keepers.map((keeper) => keeper.changing());
    return () => {
      for (const end of ends) end();
    };
  }
}
