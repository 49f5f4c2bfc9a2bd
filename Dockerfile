# One recipe for all functions: docker build --build-arg FUNCTION=create_task --tag create-task .
# Packages, the library and the handler change at different rates, so each has its own layer.
ARG BASE=public.ecr.aws/lambda/python:3.13

# Unchecked bytecode: a checkout changes time stamps, and a read-only container cannot compile.
FROM ${BASE} AS packages
ARG FUNCTION
WORKDIR /packages
COPY constraints.txt functions/${FUNCTION}/requirements.txt /tmp/
RUN pip install --no-cache-dir --no-compile --target . --constraint /tmp/constraints.txt --requirement /tmp/requirements.txt \
 && python -m compileall -q --invalidation-mode unchecked-hash .

# Pillow uses the first libz.so.1 on the path. With zlib-ng a photograph as PNG takes 0.80 to 0.86 of the time
# (docs/performance.md).
FROM ${BASE} AS zlib
ARG FUNCTION
COPY functions/${FUNCTION}/requirements.txt layers/zlib_ng/build.sh /tmp/
RUN mkdir /zlib && if grep -q pillow /tmp/requirements.txt; then /tmp/build.sh /zlib; fi

FROM ${BASE} AS library
COPY layers/core/ /opt/
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/python

FROM ${BASE} AS function
ARG FUNCTION
WORKDIR /function
COPY functions/${FUNCTION}/ ./
RUN python -m compileall -q --invalidation-mode unchecked-hash .

FROM ${BASE}
COPY --from=zlib /zlib/ /var/lang/lib/
COPY --from=packages /packages/ ${LAMBDA_TASK_ROOT}/
COPY --from=library /opt/python/ /opt/python/
COPY --from=function /function/ ${LAMBDA_TASK_ROOT}/
CMD ["handler.handler"]
