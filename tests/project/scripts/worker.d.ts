// What service workers have and TypeScript's own libraries leave out (https://wicg.github.io/background-sync/spec/).

interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}

interface ServiceWorkerGlobalScopeEventMap {
  sync: SyncEvent;
}

// Pages and the worker share modules; these look whether there is a page.
declare const document: { readonly cookie: string } | undefined;

declare const cookieStore: CookieStore;
