import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** the id of the request, as `correlationid` of whatever comes of it. */
export const RequestId = createParamDecorator(
  (_: unknown, context: ExecutionContext): string => context.switchToHttp().getRequest<{ readonly id: string }>().id,
);
