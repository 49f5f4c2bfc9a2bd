# One recipe for all functions: docker build --build-arg FUNCTION=create_task --tag create-task .
# Packages, the library and the handler change at different rates, so each has its own layer.
ARG BASE=public.ecr.aws/lambda/python:3.13

# The packages of all functions, downloaded once for all images.
FROM ${BASE} AS wheels
COPY locks/functions.txt /tmp/
RUN pip download --quiet --no-cache-dir --require-hashes --no-deps --only-binary :all: \
    --dest /wheels --requirement /tmp/functions.txt

# Unchecked bytecode: a checkout changes time stamps, and a read-only container cannot compile.
FROM wheels AS packages
ARG FUNCTION
ARG DISABLED_FORMATS=
WORKDIR /packages
COPY functions/${FUNCTION}/requirements.txt /tmp/
RUN case ",${DISABLED_FORMATS}," in *,heic,*) sed -i /pi-heif/d /tmp/requirements.txt;; esac \
 && case ",${DISABLED_FORMATS}," in *,jxl,*) sed -i /pillow-jxl-plugin/d /tmp/requirements.txt;; esac \
 && pip install --quiet --no-cache-dir --no-compile --no-index --find-links /wheels --target . --requirement /tmp/requirements.txt \
 && python -m compileall -q --invalidation-mode unchecked-hash .

# Pillow uses the first libz.so.1 on the path. With zlib-ng a photograph as PNG takes 0.80 to 0.86 of the time
# (docs/performance.md).
FROM ${BASE} AS zlib
ARG FUNCTION
COPY layers/zlib_ng/ /tmp/
COPY functions/${FUNCTION}/requirements.txt /tmp/function.txt
RUN mkdir /zlib && if grep -q pillow /tmp/function.txt; then /tmp/build.sh /zlib; fi

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
COPY layers/core/certificates/ /opt/certificates/
COPY --from=library /opt/python/ /opt/python/
COPY --from=function /function/ ${LAMBDA_TASK_ROOT}/
ARG DISABLED_FORMATS=
ENV DISABLED_FORMATS=${DISABLED_FORMATS}
# No USER: Lambda and compose choose one, and `sam local` adds its emulator as root.
CMD ["handler.handler"]
