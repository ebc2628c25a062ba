import { fileURLToPath } from 'node:url';
import express, { type RequestHandler } from 'express';
import type { HelmetOptions } from 'helmet';

/** The built page (see vite.config.js), beside the code. */
const pageFolder = fileURLToPath(new URL('../../web', import.meta.url));

/** Nothing but what this server sends itself may run, load or be shown, and no other page may frame it. */
export const pageSecurity: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      workerSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'blob:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  // The server speaks plain HTTP on the networks of laboratories.
  strictTransportSecurity: false,
};

/** `GET /`: the web page. What it loads has a digest in its name and never changes. */
export function page(): RequestHandler {
  return express.static(pageFolder, {
    index: 'index.html',
    redirect: false,
    setHeaders: (response, path) => {
      const lasts = /[\\/]assets[\\/]/.test(path);
      response.setHeader('cache-control', lasts ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
