/** Has the service worker keep the page's files, and calls `kept` once they are. Only the built page has one. */
export async function keepOffline(kept: () => void): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register('./service-worker.js');
    await navigator.serviceWorker.ready;
    kept();
  } catch (error) {
    console.warn('This page will not work offline.', error);
  }
}
