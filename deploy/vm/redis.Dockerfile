# What stands for docker.io/library/redis where no registry answers: Debian's, as the user 999, its data in /data. Like that
# one it answers without a password whom the network lets in.
FROM localhost/debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 999 -g 999 /data \
 && printf '#!/bin/sh\nexec "$@" --protected-mode no\n' > /usr/local/bin/entrypoint \
 && chmod 755 /usr/local/bin/entrypoint
USER 999:999
WORKDIR /data
VOLUME /data
EXPOSE 6379
ENTRYPOINT ["/usr/local/bin/entrypoint"]
CMD ["redis-server"]
