export { createRequestHandler, type CallTaker, type Trust } from './requestHandler.ts';
export type { HandleOptions, HttpRequest, HttpResponse, RequestHandler, Signal } from './http.ts';
