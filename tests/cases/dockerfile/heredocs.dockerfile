FROM alpine
RUN <<EOF
echo one
echo two
EOF
COPY <<"ONE" <<-TWO /dir/
plain $X
ONE
	tabbed
	TWO
RUN echo <<<word
