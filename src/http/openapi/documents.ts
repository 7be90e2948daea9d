import { Inject, Injectable, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { documentOf, type DocumentHead, type OpenApiDocument } from './document.js';
import { routesOf, type DeclaredRoute } from './routes.js';

/** The first prefix that fits has the route; other dialects put their rows before the last. */
const HEADS: readonly DocumentHead[] = [
  {
    name: 'operations',
    title: 'Tributary: operations',
    description: 'Enrich one person, a batch or a bulk; credits and what moved them.',
    prefix: '/api/v1/operations/',
  },
  {
    name: 'native',
    title: 'Tributary: everything else',
    description: 'People, the credit ledger and its proofs, health, documents.',
    prefix: '/',
  },
];

export const DOCUMENT_NAMES: readonly string[] = HEADS.map(({ name }) => name);

/** The OpenAPI documents of this process, made once: what it answers does not change while it runs (AD-01). */
@Injectable()
export class OpenApiDocuments {
  private made: ReadonlyMap<string, string> | null = null;

  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /** JSON. */
  text(name: 'operations' | 'native'): string {
    this.made ??= new Map([...this.make()].map(([of, document]) => [of, JSON.stringify(document)]));
    return this.made.get(name) ?? '';
  }

  private make(): ReadonlyMap<string, OpenApiDocument> {
    const routes = routesOf(this.controllers());
    const ofHead = (head: DocumentHead): readonly DeclaredRoute[] =>
      routes.filter(({ path }) => HEADS.find(({ prefix }) => path.startsWith(prefix)) === head);
    return new Map(HEADS.map((head) => [head.name, documentOf(head, ofHead(head))]));
  }

  private controllers(): readonly Type[] {
    const found = [...this.modules.values()].flatMap(({ controllers }) => [...controllers.values()]);
    return found.map(({ metatype }) => metatype as Type);
  }
}
