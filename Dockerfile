# The reference server: docker build -t pmcds . && docker run -p 8080:8080 -v pmcds:/data pmcds
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml hatch_build.py constraints.txt README.md LICENSE ./
COPY src src
COPY cards cards
COPY schemas schemas
COPY examples/bundles examples/bundles
RUN python -m venv /opt/pmcds \
 && /opt/pmcds/bin/pip install --no-cache-dir -c constraints.txt ".[server,sql]"

FROM python:3.12-slim
COPY --from=build /opt/pmcds /opt/pmcds
# Nothing of the image can be changed by the process; feedback and replay files stand in /data.
RUN useradd --system --uid 10001 --home-dir /data pmcds && install -d -o pmcds -g pmcds /data
USER pmcds
WORKDIR /data
VOLUME /data
ENV PMCDS_HOST=0.0.0.0 \
    PMCDS_PORT=8080 \
    PMCDS_FEEDBACK_URL=sqlite:////data/feedback.db \
    PYTHONDONTWRITEBYTECODE=1
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=30s \
  CMD ["/opt/pmcds/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/pmcds/bin/pmcds"]
CMD ["serve"]
