# The launcher's own steps on a bare Debian 12: it installs what is missing and builds.
#
#   docker build -t tutti .
#   docker run --rm -v "$PWD:/work" tutti run /opt/tutti/suites/quick.toml      # results in ./results
#
# The image is built for the processor of the machine that builds it; TUTTI_NATIVE=OFF is for images that travel:
#   docker build --build-arg TUTTI_NATIVE=OFF -t tutti .
FROM debian:bookworm-slim
ARG TUTTI_NATIVE=ON
COPY . /opt/tutti
RUN TUTTI_NATIVE="$TUTTI_NATIVE" /opt/tutti/tutti install --prefix /usr/local && rm -r /opt/tutti/build
RUN tutti list
WORKDIR /work
ENTRYPOINT ["tutti"]
