# Two stages: compilers and pip stay in the first. The second runs as nobody in particular, on a read-only root.
FROM python:3.13-slim-trixie AS build
RUN apt-get update && apt-get install --yes --no-install-recommends gettext && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN python -m venv /venv
COPY requirements.lock .
RUN /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock
COPY . .
RUN for catalogue in locale/*/LC_MESSAGES/*.po; do \
        msgfmt --check-format --output-file="${catalogue%.po}.mo" "$catalogue"; \
    done
# Collecting reads no secret: the values of this one command are drawn here and kept nowhere.
RUN STATIC_ROOT=/static DATABASE_URL=postgresql://iys_app@database.invalid/iys REDIS_URL=redis://queue.invalid/0 \
    DJANGO_SETTINGS_MODULE=iys_portal.settings.base SECRET_KEY="$(head -c 48 /dev/urandom | base64 --wrap=0)" \
    /venv/bin/python manage.py collectstatic --noinput --verbosity=0 && python -m compileall -q iys_portal providers consents complaints

FROM python:3.13-slim-trixie
# WeasyPrint draws PDFs with these.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin iys \
    && install --directory --owner=iys --mode=0700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY --from=build /static /static
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=iys_portal.settings.production \
    STATIC_ROOT=/static PRIVATE_ROOT=/data BEAT_SCHEDULE=/tmp/beat-schedule \
    PROMETHEUS_MULTIPROC_DIR=/tmp/measures BIND=0.0.0.0:8000
USER iys
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "iys_portal.wsgi"]
