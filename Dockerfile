# docker build -t cpanel-emu .
# docker run --rm -p 127.0.0.1:2082:2082 -v "$PWD/seed:/seed:ro" cpanel-emu
# docs/docker.rst tells the rest; tests/test_docker.py reads this file.

FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN python -m venv /opt/cpanel-emu \
    && /opt/cpanel-emu/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.13-slim
RUN groupadd --system --gid 10001 emulator \
    && useradd --system --uid 10001 --gid emulator --no-create-home --home-dir /var/lib/cpanel-emu emulator \
    && install -d -o emulator -g emulator -m 0700 /var/lib/cpanel-emu \
    && install -d /seed
COPY --from=build /opt/cpanel-emu /opt/cpanel-emu
# Scripts call /usr/local/cpanel/bin/cpapi2 by its full path.
RUN /opt/cpanel-emu/bin/cpanel-emu link

# Every address, but of the container only: who can reach it is what "docker run -p" says.
# Without PYTHONUNBUFFERED the log would hold back the line "ready".
ENV PATH=/opt/cpanel-emu/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CPANEL_EMU_HOST=0.0.0.0 \
    CPANEL_EMU_ROOT=/var/lib/cpanel-emu \
    CPANEL_EMU_SEED=/seed/seed.toml

WORKDIR /var/lib/cpanel-emu
# By number, so that Kubernetes can check runAsNonRoot.
USER 10001:10001
EXPOSE 2082 2083 2086 2087
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:2082/_emu/health', timeout=2)"]
ENTRYPOINT ["cpanel-emu"]
CMD ["serve"]
