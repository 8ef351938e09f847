// What browsers have and TypeScript's own libraries leave out (https://wicg.github.io/background-sync/spec/).

interface SyncManager {
  register(tag: string): Promise<void>;
}

interface ServiceWorkerRegistration {
  readonly sync?: SyncManager;
}
