# The worker's image: no embedded services, no root. Each step also runs by hand on any Debian with Python 3.12.
FROM python:3.12-slim

RUN apt-get update \
 && apt-get install --yes --no-install-recommends git util-linux \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 modu

WORKDIR /srv/modu
COPY pyproject.toml constraints.txt README.md LICENSE worker.py ./
COPY evaluator evaluator
COPY prompts prompts
COPY rubrics rubrics
RUN pip install --no-cache-dir --constraint constraints.txt .

USER modu
WORKDIR /home/modu
ENV PYTHONUNBUFFERED=1 MODU_LOG_LEVEL=INFO
HEALTHCHECK --interval=30s --timeout=20s --start-period=20s CMD ["modu", "doctor"]
CMD ["modu", "worker"]
