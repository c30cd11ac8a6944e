# What stands for docker.io/library/redis where no registry answers: Debian's, as the user 999, its data in /data.
FROM localhost/debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 999 -g 999 /data
USER 999:999
WORKDIR /data
VOLUME /data
EXPOSE 6379
CMD ["redis-server"]
