import { Controller, Get, Inject, type OnModuleDestroy } from '@nestjs/common';
import { Public } from '../../auth/decorators.js';
import { Answer } from '../answer.js';
import { READINESS_SOURCE, type ReadinessSource, type RoleReadiness } from './readiness.js';
import { Documented } from '../openapi/operation-doc.js';
import { SHOW_LIVE, SHOW_READY } from './health.docs.js';

const NOT_READY = 503;
const RETRY_AFTER_S = 1;

/** AD-01. `live` looks at nothing else: an outage of Kafka or Postgres is not cured by restarting us. */
@Public()
@Controller('health')
export class HealthController implements OnModuleDestroy {
  private stopping = false;

  constructor(@Inject(READINESS_SOURCE) private readonly readiness: ReadinessSource) {}

  @Get('live')
  @Documented(SHOW_LIVE)
  live() {
    return { status: 'live' };
  }

  @Get('ready')
  @Documented(SHOW_READY)
  async ready(): Promise<Answer> {
    const roles = await this.readiness.roles();
    const isReady = !this.stopping && roles.every(({ ready }) => ready);
    const status = this.stopping ? 'stopping' : isReady ? 'ready' : 'starting';
    const body = { status, roles: Object.fromEntries(roles.map(presentRole)) };
    return isReady ? new Answer(body) : new Answer(body, { status: NOT_READY, retryAfterS: RETRY_AFTER_S });
  }

  /** Load balancers look elsewhere before the server closes. */
  onModuleDestroy(): void {
    this.stopping = true;
  }
}

const presentRole = ({ role, ready, detail = {} }: RoleReadiness): [string, unknown] => [
  role,
  { ready, ...(jsonSafe(detail) as object) },
];

/** Offsets are bigints. */
const jsonSafe = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item)));
