import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

/** What WebGPU tests need where {@link useSoftwareGpu} finds nothing. */
export const howToGetSoftwareGpu =
  'needs a GPU with a Vulkan driver, or the SwiftShader of Debian: apt-get install chromium';

const folder = '/usr/lib/chromium';
/** glibc's flag for libraries that stay loaded; Node names the others only. */
const RTLD_NODELETE = 0x1000;

/**
 * Lets WebGPU run without a GPU in this process, on the SwiftShader and the Vulkan loader that Debian's chromium brings.
 * Call it before WebGPU is first used.
 *
 * @returns false where they are not installed.
 */
export function useSoftwareGpu(): boolean {
  const driver = join(folder, 'vk_swiftshader_icd.json');
  const loader = join(dirname(driver), 'libvulkan.so.1');
  if (process.platform !== 'linux' || !existsSync(driver) || !existsSync(loader)) return false;
  process.env['VK_ICD_FILENAMES'] ??= driver;
  try {
    // A library that is loaded already is found by its name, wherever it lies.
    process.dlopen({ exports: {} }, loader, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch {
    // It is no add-on of Node, which Node says once it has loaded it.
  }
  return true;
}
