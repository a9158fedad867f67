#include "docker/failure.h"
GQuark docker_error_quark(void)
{
    return g_quark_from_static_string("seatrial-docker-error");
}
