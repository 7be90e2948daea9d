/** The part of an OpenAPI document that answers are held against. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly responses: Readonly<Record<string, ResponseDoc>>;
    readonly headers: Readonly<Record<string, { readonly schema: object }>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly schemas: Readonly<Record<string, object>>;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, ResponseDoc>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: object;
}

export interface ResponseDoc {
  readonly headers?: Readonly<Record<string, { readonly $ref: string }>>;
  readonly content?: Content;
}

export type Content = Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>;

/** Where a call belongs. */
export interface Place {
  readonly document: Document;
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
  readonly parameters: Readonly<Record<string, string>>;
}

/** HEAD is answered as GET; of several templates the one with fewer parameters has the path, as the router decides. */
export const placeOf = (documents: readonly Document[], method: string, path: string): Place | null => {
  const asked = method === 'HEAD' ? 'get' : method.toLowerCase();
  const found = documents.flatMap((document) =>
    Object.entries(document.paths).flatMap(([template, item]) => {
      const parameters = matched(template, path);
      return parameters === null ? [] : [{ document, path: template, operation: item[asked], parameters }];
    }),
  );
  const [nearest] = found.sort((a, b) => Object.keys(a.parameters).length - Object.keys(b.parameters).length);
  const operation = nearest?.operation;
  return nearest === undefined || operation === undefined ? null : { ...nearest, method: asked, operation };
};

const matched = (template: string, path: string): Readonly<Record<string, string>> | null => {
  const [wanted, given] = [template.split('/'), path.split('/')];
  if (wanted.length !== given.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined && segment !== decoded(value)) return null;
    if (name !== undefined && value === '') return null;
    if (name !== undefined) parameters[name] = decoded(value);
  }
  return parameters;
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
