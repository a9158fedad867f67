FROM a
RUN echo $((1<<N)) "<<EOF" && x
RUN 3<<"E-1" cat
y
E-1
