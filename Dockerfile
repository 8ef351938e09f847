# One image for the web server, the worker and the clock; docker-compose.yml gives each its command.
FROM python:3.11-slim-bookworm AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /opt/ebb \
    && /opt/ebb/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/base.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /srv/ebb --shell /usr/sbin/nologin ebb
COPY --from=packages /opt/ebb /opt/ebb
WORKDIR /srv/ebb
COPY manage.py ./
COPY config config
COPY locale locale
COPY backend backend
COPY notifications notifications
COPY checkins checkins
ENV PATH=/opt/ebb/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    EBB_VAR_DIR=/srv/ebb/var
# An https address makes this a production build. The key of this one command signs nothing; the real ones come with the environment.
RUN SITE_URL=https://build.invalid SECRET_KEY=only-to-gather-the-static-files python manage.py collectstatic --noinput \
    && mkdir -p var/beat && chown -R ebb:ebb var/beat
USER 10001
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "2", "config.wsgi:application"]
