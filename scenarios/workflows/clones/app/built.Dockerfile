FROM nginx:1.27
COPY site/public /usr/share/nginx/html
COPY .git/HEAD /commit
